import {
  type CSSVariablesResolver,
  createTheme,
  DEFAULT_THEME,
  type MantineColor,
  Notification,
} from '@mantine/core'
import type { Phase } from '../../../src/domain/phase.ts'

export const theme = createTheme({
  primaryColor: 'blue',
  // Filled with white text, shade 6 falls short of the contrast WCAG 2.2 §1.4.3 asks for.
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  // Those who asked their system for less motion get less.
  respectReducedMotion: true,
  defaultRadius: 'sm',
  components: {
    Notification: Notification.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Dismiss' } } }),
  },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
})

/**
 * Mantine's coloured text on light backgrounds, and its dimmed text, fall short of the contrast of 4.5 to 1 that WCAG
 * 2.2 §1.4.3 asks for; these do not.
 */
export const readableColors: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    ...forAllColors((color) => {
      const dark = `color-mix(in srgb, var(--mantine-color-${color}-9) 60%, black)`
      return {
        [`--mantine-color-${color}-light-color`]: dark,
        [`--mantine-color-${color}-outline`]: dark,
        [`--mantine-color-${color}-text`]: dark,
      }
    }),
  },
  dark: {
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    ...forAllColors((color) => ({
      [`--mantine-color-${color}-light-color`]: `var(--mantine-color-${color}-2)`,
      [`--mantine-color-${color}-outline`]: `var(--mantine-color-${color}-3)`,
      [`--mantine-color-${color}-text`]: `var(--mantine-color-${color}-3)`,
    })),
  },
})

function forAllColors(
  variablesOf: (color: string) => Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.assign({}, ...Object.keys(DEFAULT_THEME.colors).map(variablesOf))
}

/** A colour for each phase; what it means is always written beside it. */
export const PHASE_COLORS: Readonly<Record<Phase, MantineColor>> = {
  defined: 'gray',
  starting: 'indigo',
  firmware: 'indigo',
  script: 'indigo',
  kernel: 'cyan',
  initrd: 'cyan',
  rootfs: 'cyan',
  config: 'violet',
  installing: 'violet',
  installed: 'teal',
  'disk-boot': 'teal',
  ready: 'green',
  failed: 'red',
}
