import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './app/app.css'
import { setNonce } from 'get-nonce'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { styleNonce } from './app/style-nonce.ts'

const root = document.getElementById('root')
if (!root) throw new Error('the page has no #root')
// Dialogs keep what is behind them from scrolling by a style element of their own.
setNonce(styleNonce())
createRoot(root).render(<App />)
