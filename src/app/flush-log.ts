export { flushHeldLines } from '../adapters/log-pino/line-holder.ts'
