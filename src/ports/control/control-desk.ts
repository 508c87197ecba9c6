import type { DiscoveryDesk } from './discovery-desk.ts'
import type { EventDesk, NetbootControlDesk } from './event-desk.ts'
import type { FleetDesk, NewHostsDesk } from './fleet-desk.ts'
import type { HostActionDesk } from './host-action-desk.ts'
import type { HostDesk } from './host-desk.ts'
import type { BootsDesk, ServedTextsDesk } from './host-history-desk.ts'
import type { InstallerDesk } from './installer-desk.ts'
import type { AboutDesk, DoctorDesk, ObservationDesk, ThroughputDesk } from './observation-desk.ts'
import type { TokenDesk } from './token-desk.ts'
import type { UserDataDesk } from './user-data-desk.ts'

/**
 * All that the control API asks of the program, in parts that can be built one by one. Whatever does not work is a
 * Failure whose code has an HTTP status; every call that changes something is told who asks (`actor`,
 * `token:NAME`). Nothing returned holds secrets, except the new token.
 */
export interface ControlDesk
  extends HostDesk,
    HostActionDesk,
    EventDesk,
    FleetDesk,
    DiscoveryDesk,
    InstallerDesk,
    NewHostsDesk,
    UserDataDesk,
    TokenDesk,
    NetbootControlDesk,
    AboutDesk,
    BootsDesk,
    ServedTextsDesk,
    ThroughputDesk,
    DoctorDesk,
    ObservationDesk {}
