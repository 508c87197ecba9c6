/**
 * Documents of the kinds that Palette's and Kairos' documentation describe, for tests: each is right, and none is
 * copied. Names by what they show.
 */
export const EXAMPLE_DOCUMENTS: Readonly<Record<string, string>> = {
  'a centrally managed host with token, project, tags and users': `#cloud-config
stylus:
  site:
    paletteEndpoint: palette.example.com
    edgeHostToken: 8b1f3c0d2e4a
    projectName: Stores
    name: store-0042
    tags:
      site: berlin
      rack: 7
    tagsFromScript:
      scriptName: /etc/palette/tags.sh
      timeout: 30
    ntpServers: [ntp.example.com]
    users:
      - name: operator
        groups: [sudo]
        ssh_authorized_keys:
          - ssh-ed25519 AAAAC3Nz operator@example.com
install:
  device: /dev/disk/by-id/nvme-one
  poweroff: true
`,
  'a host that a person registers by its QR code': `#cloud-config
stylus:
  site:
    paletteEndpoint: palette.example.com
    registrationURL: https://edge.example.com/register
    prefix: shop
    deviceUIDPaths:
      - name: /sys/class/dmi/id/board_serial
        regex: "[A-Z0-9]+"
install:
  reboot: true
  device: /dev/sda
`,
  'a locally managed host with its own registry': `#cloud-config
stylus:
  managementMode: local
  localUI:
    port: 6080
    login:
      maxFailedAttemptsBeforeLockout: 10
      disableRateLimiting: false
  registryCredentials:
    domain: registry.example.com/edge
    username: puller
    password: "sesame-42"
    insecure: false
  site:
    name: $random
stages:
  initramfs:
    - name: make the user of the console
      users:
        kairos:
          groups: [sudo]
          passwd: "sesame-43"
install:
  poweroff: true
  device: /dev/sda
`,
  'a host behind a proxy with fixed addresses': `#cloud-config
stylus:
  debug: true
  vip:
    skip: true
  site:
    paletteEndpoint: palette.example.com
    edgeHostToken: 8b1f3c0d2e4a
    projectUid: 5f1e
    insecureSkipVerify: false
    caCerts:
      - |
        -----BEGIN CERTIFICATE-----
        MIIB
        -----END CERTIFICATE-----
    network:
      httpProxy: http://proxy.example.com:3128
      httpsProxy: http://proxy.example.com:3128
      noProxy: 10.0.0.0/8,.example.com
      nameserver: 192.0.2.53
      interfaces:
        eno1:
          type: static
          ipAddress: 192.0.2.20
          mask: 255.255.255.0
          gateway: 192.0.2.1
        eno2:
          type: dhcp
install:
  reboot: true
  device: /dev/sda
`,
  'a host that pulls from registries in place of the public ones': `#cloud-config
stylus:
  featureGate: UserDataForm
  externalRegistries:
    registries:
      - domain: one.example.com
        username: puller
        password: sesame-42
        repositoryName: edge
        certificates: ["MIIB"]
      - domain: two.example.com
        encodedPassword: c2VzYW1l
    registryMappingRules:
      docker.io: one.example.com/edge
  imageRedirectWebhook:
    enable: true
  site:
    name: store-7
install:
  poweroff: true
  device: /dev/sda
`,
  'stages, partitions, mounts and kernel arguments': `#cloud-config
name: storage of the shops
stages:
  boot.after:
    - name: mark the console
      if: '[ -f /etc/motd ]'
      commands:
        - echo "ready" > /etc/issue
      files:
        - path: /etc/palette/limits
          permissions: 420
          owner: 0
          group: 0
          content: |
            a
            b
  network:
    - systemctl:
        enable: [chronyd]
      environment:
        TZ: Europe/Berlin
  after-install-chroot:
    - commands: ["true"]
install:
  bind_mounts:
    - /var/lib/shop
  extra-dirs-rootfs:
    - /shop
  grub_options:
    extra_cmdline: net.ifnames=0 console=ttyS0
  partitions:
    persistent:
      size: 0
      fs: ext4
  extra-partitions:
    - name: shop
      label: SHOP
      size: 20480
      fs: ext4
  poweroff: true
  device: /dev/sda
`,
}
