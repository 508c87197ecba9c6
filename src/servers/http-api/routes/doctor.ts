import { DoctorReport } from '../../../contract/doctor.ts'
import { type ApiInstance, operation, type RouteTools } from '../route.ts'

/** What may keep hosts from booting, looked for where the server runs. */
export async function doctorRoutes(app: ApiInstance, { desk }: RouteTools): Promise<void> {
  app.post(
    '/doctor',
    operation(
      'operator',
      {
        action: 'doctor.run',
        tag: 'observation',
        summary: 'Looks whether everything is here that it takes, as the server runs.',
        description:
          'Changes nothing; takes some seconds, a minute at most. Asks who answers DHCP on the networks of the server. ' +
          'Who asks while it is looking gets the same report.',
        errors: ['interrupted'],
        changesNothing: true,
      },
      { response: { 200: DoctorReport } },
    ),
    async () => await desk.examine(),
  )
}
