import { type UseMutationOptions, useMutation } from '@tanstack/react-query'
import { useRef } from 'react'

type Options<Data, Variables> = Pick<UseMutationOptions<Data, Error, Variables>, 'onSuccess' | 'onSettled'> & {
  mutationFn: (variables: Variables) => Promise<Data>
}

/**
 * A mutation that runs once at a time: a second press before the answer has no effect. Disabling the button comes too
 * late for a double click.
 */
export function useSoleMutation<Data, Variables = void>({ mutationFn, ...options }: Options<Data, Variables>) {
  const isInFlight = useRef(false)
  const mutation = useMutation<Data, Error, Variables>({
    ...options,
    mutationFn: async (variables) => {
      try {
        return await mutationFn(variables)
      } finally {
        isInFlight.current = false
      }
    },
  })
  const mutate: typeof mutation.mutate = (...press) => {
    if (isInFlight.current) return
    isInFlight.current = true
    mutation.mutate(...press)
  }
  return { ...mutation, mutate }
}
