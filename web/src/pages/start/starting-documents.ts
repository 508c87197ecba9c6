/**
 * Documents to begin with. What is in capitals has to be filled in: the server calls each of
 * them an error until it is.
 */
export const STARTING_DOCUMENTS: Readonly<Record<'central' | 'local', string>> = {
  central: `#cloud-config
# Fill in what is in capitals; each of these is an error until then.
stylus:
  site:
    paletteEndpoint: YOUR-PALETTE-HOST
    edgeHostToken: YOUR-REGISTRATION-TOKEN
    projectName: YOUR-PROJECT
install:
  # Without a device the largest disk is taken, whatever is on it.
  # device: /dev/disk/by-id/…
  poweroff: true
`,
  local: `#cloud-config
# Fill in what is in capitals; each of these is an error until then.
stylus:
  managementMode: local
stages:
  initramfs:
    - name: who may log in at the console and at the local page
      users:
        kairos:
          groups: [sudo]
          passwd: YOUR-PASSWORD
install:
  # Without a device the largest disk is taken, whatever is on it.
  # device: /dev/disk/by-id/…
  poweroff: true
`,
}

/** Whether nothing would be lost by another document. */
export function isUntouched(text: string): boolean {
  return text.trim() === '' || Object.values(STARTING_DOCUMENTS).includes(text)
}
