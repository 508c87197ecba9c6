/** The three files an installer boots from, by what they are to the machine. */
export const ARTIFACT_ROLES = ['kernel', 'initrd', 'rootfs'] as const
export type ArtifactRole = (typeof ARTIFACT_ROLES)[number]

/** File names of the published guide. The last path segment of every artifact URL: dracut saves under it. */
export const CLASSIC_NAMES = {
  kernel: 'palette-kernel',
  initrd: 'palette-initrd',
  rootfs: 'palette.squashfs',
} as const satisfies Record<ArtifactRole, string>

/** The role a classic file name stands for. */
export function roleOfClassicName(name: string): ArtifactRole | undefined {
  return ARTIFACT_ROLES.find((role) => CLASSIC_NAMES[role] === name)
}
