/** A fleet as large as any: every host of its own address, with a layer of its own over the profile's. */
export const HOSTS = 10_000

export const BASE = `#cloud-config
stylus:
  site:
    paletteEndpoint: api.example.com
    edgeHostToken: \${env.TOKEN}
    projectName: stores
    name: \${host.name}
    users:
      - name: operator
        groups: [admin]
        ssh_authorized_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKFkZHJlc3M operator]
install:
  device: /dev/sda
  poweroff: true
stages:
  boot:
    - name: Say where this is
      commands:
        - echo "\${host.labels.site}" > /etc/site
        - |
          cat > /etc/issue <<EOF
          \${host.name} in \${host.labels.site}
          EOF
`

export function fleetText(iso = './installer.iso', count = HOSTS): string {
  const head = `apiVersion: edgeboot/v1
installers:
  palette: { iso: ${JSON.stringify(iso)} }
profiles:
  store:
    installer: palette
    userData: ./base.user-data.yaml
    ready: { localUi: {} }
hosts:
`
  const hosts = Array.from({ length: count }, (_, index) => {
    const { mac, serial } = machineFacts(index)
    return `  - name: store-${index}
    profile: store
    match: { mac: "${mac}", serial: ${serial} }
    labels: { site: berlin-${index % 100} }
    userData: { stylus: { site: { tags: { site: "\${host.labels.site}" } } } }
`
  })
  return head + hosts.join('')
}

/** What the machine of that host tells of itself. */
export function machineFacts(index: number): { readonly mac: string; readonly serial: string } {
  const [high, low] = [index >> 8, index & 255].map((byte) => byte.toString(16).padStart(2, '0'))
  return { mac: `00:50:56:aa:${high}:${low}`, serial: `VMware-${index}` }
}
