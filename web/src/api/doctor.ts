import type { DoctorReport } from '../../../src/contract/doctor.ts'
import { send } from './client.ts'

/** Lets the server look whether all it takes is there; takes some seconds. */
export async function examine(): Promise<DoctorReport> {
  return await send<DoctorReport>('POST', '/doctor')
}
