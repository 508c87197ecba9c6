/**
 * Everything that can be wrong with a user-data file: rule id → severity. An error keeps the file from being used;
 * a warning is shown. docs/reference/user-data-rules.md explains each; a test keeps the two in step. Ids are never
 * reused for another meaning.
 */
export const USER_DATA_RULES = {
  size: 'error',
  'too-complex': 'error',
  header: 'error',
  'header-place': 'warning',
  tab: 'error',
  yaml: 'error',
  'duplicate-key': 'error',
  tag: 'warning',
  'top-level': 'error',
  type: 'error',
  value: 'error',
  required: 'error',
  empty: 'warning',
  'misspelt-key': 'error',
  'misplaced-key': 'error',
  'unknown-key': 'warning',
  deprecated: 'warning',
  placeholder: 'error',
  'template-quotes': 'error',
  template: 'warning',
  'truth-word': 'warning',
  octal: 'warning',
  'stage-list': 'error',
  'stage-step': 'error',
  'stage-place': 'error',
  'stage-name': 'warning',
  commands: 'error',
  if: 'error',
  endpoint: 'error',
  name: 'error',
  'mode-word': 'error',
  'config-url': 'warning',
  finish: 'warning',
  device: 'warning',
  'local-token': 'warning',
  'token-endpoint': 'warning',
  'token-project': 'warning',
  'no-proxy': 'warning',
  login: 'warning',
  'secret-over-http': 'warning',
} as const satisfies Record<string, 'error' | 'warning'>

export type UserDataRule = keyof typeof USER_DATA_RULES
