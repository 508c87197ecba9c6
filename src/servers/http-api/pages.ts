import { createHash } from 'node:crypto'

const STYLE = `:root{color-scheme:light dark;background:Canvas;color:CanvasText}
body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:15vh auto;padding:0 1rem}
input,button{font:inherit;padding:.4rem .6rem;width:100%;box-sizing:border-box;margin:.3rem 0}
.wrong{color:#b00020}
@media (prefers-color-scheme:dark){.wrong{color:#ff9aa5}}`

/** What the pages may do: their one style, and a form to this server; no scripts at all. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`

/** The page that takes a token. `problem` is a sentence of ours. */
export function renderLoginPage(problem?: string): string {
  return renderPage(
    'Log in',
    [
      ...(problem === undefined ? [] : [`<p class="wrong" role="alert">${problem}</p>`]),
      '<form method="post" action="/login">',
      '<label for="token">Access token</label>',
      '<input id="token" name="token" type="password" autocomplete="current-password" required maxlength="512" autofocus>',
      '<button>Log in</button>',
      '</form>',
      '<p>Tokens are made with <code>edgeboot token create</code>.</p>',
    ].join('\n'),
  )
}

/** What stands at `/` where there is no dashboard. */
export function renderFrontPage(): string {
  return renderPage(
    'Edgeboot',
    '<p>This is the control API. Its description is at <a href="/api/openapi.json">/api/openapi.json</a>; <a href="/login">log in</a> to read it here.</p>',
  )
}

function renderPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style></head>
<body>
<h1>${title}</h1>
${body}
</body>
</html>
`
}
