/**
 * Keys pressed together, in the order of pressing, by QEMU's key codes (QAPI `QKeyCode`): `a`, `ctrl`, `shift`,
 * `ret`, `spc` … Drivers translate from these.
 */
export type KeyChord = readonly string[]
