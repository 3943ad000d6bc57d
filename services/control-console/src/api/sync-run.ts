import { SyncRun } from '@jackfield/contract/microsoft/sync-run'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { isOver } from '../domain/sync-run-progress.ts'
import { request } from './request.ts'

/** Follows a run: by server-sent events, or by polling each second if a proxy blocks them. */
export function useSyncRun(tenantId: string, runId: string): SyncRun | undefined {
  const address = `/api/v1/tenants/${tenantId}/sync-runs/${runId}`
  const [pushed, setPushed] = useState<SyncRun>()
  const [streaming, setStreaming] = useState(true)

  useEffect(() => {
    const events = new EventSource(`${address}/events`)
    events.onmessage = ({ data }: MessageEvent<string>) => {
      const run = parseRun(data)
      if (!run) return
      setPushed(run)
      if (isOver(run)) events.close()
    }
    events.onerror = () => setStreaming(events.readyState !== EventSource.CLOSED)
    return () => events.close()
  }, [address])

  const { data: polled } = useQuery({
    queryKey: ['tenants', tenantId, 'sync-runs', runId],
    queryFn: ({ signal }) => request(SyncRun, 'GET', address, { signal }),
    enabled: !streaming && !isOver(pushed),
    refetchInterval: ({ state }) => (isOver(state.data) ? false : 1000),
  })
  return isOver(pushed) ? pushed : (polled ?? pushed)
}

function parseRun(text: string): SyncRun | undefined {
  try {
    return SyncRun.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
