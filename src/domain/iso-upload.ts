/** The largest ISO that is taken over the control API: 64 GiB. */
export const MAX_ISO_BYTES = 64 * 1024 ** 3

/** Names of uploaded ISOs: no path, nothing hidden, nothing a shell or an address would have to quote. */
export const ISO_FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.iso$/
