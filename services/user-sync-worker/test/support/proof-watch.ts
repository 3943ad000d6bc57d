import type { Platform } from './platform.ts'

const WATCH = `
create table if not exists public.proof_deed (account_id uuid not null, deed text not null);
create or replace function public.note_proof() returns trigger language plpgsql security definer as $$
begin
  insert into public.proof_deed values (new.account_id, tg_argv[0]);
  return null;
end $$;
create or replace trigger watch_kept after insert or update of places on roster.page_proof for each row execute function public.note_proof('kept');
create or replace trigger watch_used after update of run_id on roster.page_proof for each row
  when (old.places = new.places and old.state = new.state and old.run_id is distinct from new.run_id) execute function public.note_proof('used');`

export type ProofDeeds = { kept: number; used: number }

/**
 * Has the database note which proofs runs keep and which they use; answers what was noted of an account since it was
 * asked last.
 */
export async function watchProofs({ stores: { pool } }: Platform): Promise<(accountId: string) => Promise<ProofDeeds>> {
  await pool.query(WATCH)
  return async (accountId) => {
    const text =
      'with gone as (delete from public.proof_deed where account_id = $1 returning deed) select deed from gone'
    const { rows } = await pool.query<{ deed: keyof ProofDeeds }>(text, [accountId])
    const count = (deed: keyof ProofDeeds) => rows.filter((row) => row.deed === deed).length
    return { kept: count('kept'), used: count('used') }
  }
}
