import { QueryClient } from '@tanstack/react-query'
import { ApiProblem } from '../api/problem.ts'

/** Refused is refused; a server that is away for a moment is asked again. */
const MAX_RETRIES = 3

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5000,
      retry: (failures, error) =>
        failures < MAX_RETRIES && !(error instanceof ApiProblem && error.status < 500),
    },
  },
})
