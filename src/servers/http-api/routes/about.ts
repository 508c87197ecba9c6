import { About } from '../../../contract/about.ts'
import { type ApiInstance, operation, type RouteTools } from '../route.ts'

/** What this server is. */
export async function aboutRoutes(app: ApiInstance, { desk }: RouteTools): Promise<void> {
  app.get(
    '/about',
    operation(
      'viewer',
      {
        action: 'about.show',
        tag: 'observation',
        summary: 'What this server is, and how hosts reach it.',
        description: 'Drivers are asked at most once a minute; one that fails or is silent is not usable.',
      },
      { response: { 200: About } },
    ),
    async () => await desk.about(),
  )
}
