import { SyncRun } from '@jackfield/contract/sync-run'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { isOver } from '../domain/sync-run-progress.ts'
import { request } from './request.ts'

/** A run as it goes on: by server-sent events, or by asking each second where a proxy does not let them through. */
export function useSyncRun(tenantId: string, runId: string): SyncRun | undefined {
  const address = `/api/v1/tenants/${tenantId}/sync-runs/${runId}`
  const [told, setTold] = useState<SyncRun>()
  const [streaming, setStreaming] = useState(true)

  useEffect(() => {
    const events = new EventSource(`${address}/events`)
    events.onmessage = ({ data }: MessageEvent<string>) => {
      const run = parseRun(data)
      if (!run) return
      setTold(run)
      if (isOver(run)) events.close()
    }
    events.onerror = () => setStreaming(events.readyState !== EventSource.CLOSED)
    return () => events.close()
  }, [address])

  const { data: asked } = useQuery({
    queryKey: ['tenants', tenantId, 'sync-runs', runId],
    queryFn: ({ signal }) => request(SyncRun, 'GET', address, { signal }),
    enabled: !streaming && !isOver(told),
    refetchInterval: ({ state }) => (isOver(state.data) ? false : 1000),
  })
  return isOver(told) ? told : (asked ?? told)
}

function parseRun(text: string): SyncRun | undefined {
  try {
    return SyncRun.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
