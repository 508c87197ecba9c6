import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** `npm run dev` in this folder shows the pages of a server at EDGEBOOT_CONTROL_URL, by default one on this machine. */
const control = process.env['EDGEBOOT_CONTROL_URL'] ?? 'http://127.0.0.1:8081'

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // The pages are served under a Content-Security-Policy without data: URLs.
    assetsInlineLimit: 0,
    target: 'es2023',
    // React and Mantine are one piece of nearly all pages.
    chunkSizeWarningLimit: 900,
  },
  server: { proxy: Object.fromEntries(['/api', '/login'].map((path) => [path, control])) },
})
