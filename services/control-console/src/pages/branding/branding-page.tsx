import { Text } from '@fluentui/react-components'
import { useState } from 'react'
import { logoAddress, useBrandedTenant } from '../../api/branding.ts'
import { useRouteId } from '../../components/hooks/use-route-id.ts'
import { Loading } from '../../components/loading.tsx'
import { PageHeading } from '../../components/page-frame/page-heading.tsx'
import { Section } from '../../components/page-frame/section.tsx'
import { BrandingForm, type Draft } from './branding-form.tsx'
import { BrandingPreview } from './branding-preview.tsx'
import { CountryForm } from './country-form.tsx'
import { LogoForm } from './logo-form.tsx'

/** The look of the tenant's sign-in pages, and where its phone numbers are from. */
export function BrandingPage() {
  const tenantId = useRouteId('tenantId')
  const { data, error } = useBrandedTenant(tenantId)
  const [draft, setDraft] = useState<Draft>()
  if (!data) return <Loading error={error} />

  const { name, branding, defaultCountry } = data.value
  const shown = draft ?? {
    displayName: branding.displayName ?? '',
    accentColour: branding.accentColour ?? '',
    language: branding.language ?? '',
  }
  const logo = branding.logo ? logoAddress(tenantId, branding.logo.sha256) : undefined
  return (
    <>
      <PageHeading title="Branding" />
      <Section title="Name, colour and language">
        <Text>They appear on every sign-in page of this tenant, a few seconds after you save them.</Text>
        <BrandingForm tenantId={tenantId} etag={data.etag} tenantName={name} draft={shown} onDraft={setDraft} />
      </Section>
      <Section title="Logo">
        <LogoForm tenantId={tenantId} etag={data.etag} logo={logo} />
      </Section>
      <Section title="Phone numbers">
        <CountryForm tenantId={tenantId} etag={data.etag} country={defaultCountry} />
      </Section>
      <Section title="Preview">
        <BrandingPreview name={shown.displayName.trim() || name} accentColour={shown.accentColour} logo={logo} />
      </Section>
    </>
  )
}
