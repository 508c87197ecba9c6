import { NetbootNewsList, NetbootNewsQuery } from '../../../contract/netboot.ts'
import { type ApiInstance, operation, type RouteTools } from '../route.ts'

/** What the services for firmware decide: DHCP and TFTP. */
export async function netbootRoutes(app: ApiInstance, { desk }: RouteTools): Promise<void> {
  app.get(
    '/netboot/news',
    operation(
      'viewer',
      {
        action: 'netboot.list',
        tag: 'netboot',
        summary: 'Who asked for a boot file, and why it was answered or not, oldest first.',
        description:
          'With `waitSeconds` the answer comes when there is news, or after that time without any.',
      },
      { querystring: NetbootNewsQuery, response: { 200: NetbootNewsList } },
    ),
    async ({ query: { after, waitSeconds } }) => await desk.netbootNews(after, waitSeconds * 1000),
  )
}
