import { z } from 'zod'
import { CheckUserDataRequest, UserDataCheck } from '../../../contract/user-data.ts'
import { type ApiInstance, mediaResponse, operation, type RouteTools } from '../route.ts'

const tag = 'user-data'
/** Bytes of a request with a document of a million characters, each of which JSON may write as `\u001b`. */
const MAX_CHECK_BYTES = 6 * 1024 * 1024 + 1024

/** User-data, for those who write it in a browser. */
export async function userDataRoutes(app: ApiInstance, { desk }: RouteTools): Promise<void> {
  app.post('/user-data/check', {
    bodyLimit: MAX_CHECK_BYTES,
    ...operation(
      'viewer',
      {
        action: 'user-data.check',
        tag,
        summary: 'What is wrong with a user-data document, in the words of `edgeboot user-data validate`.',
        description: 'Nothing of the document is kept.',
        changesNothing: true,
      },
      { body: CheckUserDataRequest, response: { 200: UserDataCheck } },
    ),
    handler: async ({ body }) => await desk.checkUserData(body.text),
  })
  app.get(
    '/user-data/schema',
    operation(
      'viewer',
      { action: 'user-data.schema', tag, summary: 'The JSON Schema of user-data documents, for editors.' },
      { response: { 200: mediaResponse('The schema.', 'application/schema+json', z.string()) } },
    ),
    async (_request, reply) => reply.type('application/schema+json').send(await desk.userDataSchema()),
  )
}
