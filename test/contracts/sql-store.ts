import type { SqlStore } from '../../src/adapters/store-sql/sql-store.ts'
import { describeAccessStore } from './access-store.ts'
import { describeAuditTrail } from './audit-store.ts'
import { describeFleetStore } from './fleet-store.ts'
import { describeHostStore } from './host-store.ts'
import { describeInstallerStore } from './installer-store.ts'
import { describeSessionStore } from './session-store.ts'
import { describeSettingsStore } from './settings-store.ts'

/** Everything a state database must do, whichever it is; `open` gives an empty one each time. */
export function describeSqlStore(name: string, open: () => Promise<SqlStore>): void {
  describeHostStore(name, open)
  describeFleetStore(name, open)
  describeInstallerStore(name, open)
  describeSettingsStore(name, open)
  describeAccessStore(name, open)
  describeSessionStore(name, open)
  describeAuditTrail(name, open)
}
