import { describeAccessStore } from '../../../test/contracts/access-store.ts'
import { describeAuditTrail } from '../../../test/contracts/audit-store.ts'
import { describeFleetStore } from '../../../test/contracts/fleet-store.ts'
import { describeHostStore } from '../../../test/contracts/host-store.ts'
import { describeSessionStore } from '../../../test/contracts/session-store.ts'
import { createMemoryStore } from './memory-store.ts'

describeHostStore('memory', async () => createMemoryStore())
describeFleetStore('memory', async () => createMemoryStore())
describeAccessStore('memory', async () => createMemoryStore())
describeSessionStore('memory', async () => createMemoryStore())
describeAuditTrail('memory', async () => createMemoryStore())
