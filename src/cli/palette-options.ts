import type { Command } from 'commander'
import type { PaletteOptions } from '../app/palette.ts'

/** Options of commands that may ask Palette whether hosts have registered. */
export interface PaletteValues {
  readonly paletteEndpoint?: string
  readonly paletteProject?: string
  readonly paletteApiKeyFile?: string
  readonly paletteCaFile?: string
}

/** Adds them to a command. */
export function addPaletteOptions(command: Command): Command {
  return command
    .option('--palette-endpoint <url>', 'where hosts register (default: https://api.spectrocloud.com)')
    .option('--palette-project <uid>', 'project in which they register (default: none, tenant scope)')
    .option('--palette-api-key-file <file>', 'API key of Palette (mode 0600), or EDGEBOOT_PALETTE_API_KEY')
    .option('--palette-ca-file <file>', 'PEM certificates to trust, for a self-hosted Palette')
}

export function paletteOf(values: PaletteValues): PaletteOptions {
  return {
    endpoint: values.paletteEndpoint,
    projectUid: values.paletteProject,
    apiKeyFile: values.paletteApiKeyFile,
    caFile: values.paletteCaFile,
  }
}
