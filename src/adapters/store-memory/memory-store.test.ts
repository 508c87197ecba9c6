import { describeHostStore } from '../../../test/contracts/host-store.ts'
import { createMemoryStore } from './memory-store.ts'

describeHostStore('memory', async () => createMemoryStore())
