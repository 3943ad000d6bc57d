import { makeStyles, tokens } from '@fluentui/react-components'
import { accentColours, type Scheme, SURFACES } from '@jackfield/branding/accent-colours'
import { AccentColour } from '@jackfield/contract/tenants/branding'

type Properties = { name: string; accentColour: string; logo: string | undefined }

const useStyles = makeStyles({
  both: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalL },
  ground: {
    flexGrow: 1,
    flexBasis: '280px',
    padding: tokens.spacingHorizontalXL,
    margin: 0,
    borderRadius: tokens.borderRadiusLarge,
  },
  card: { padding: tokens.spacingHorizontalXL, borderRadius: '12px', border: '1px solid' },
  logo: {
    display: 'block',
    maxHeight: '48px',
    maxWidth: '100%',
    marginBottom: tokens.spacingVerticalS,
    padding: '4px 6px',
  },
  title: { display: 'block', fontSize: tokens.fontSizeBase500, lineHeight: tokens.lineHeightBase500, margin: '8px 0' },
  buttons: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS, marginTop: tokens.spacingVerticalM },
  caption: { marginTop: tokens.spacingVerticalS },
  button: { padding: '8px 16px', border: '1px solid', borderRadius: '8px', fontWeight: tokens.fontWeightSemibold },
})
/** The platform's default colours, as in the gateway. */
const OWN = { light: '#0b5c8f', dark: '#6db9e8' } as const

/** The card of a sign-in page, coloured by the same function as the page itself. It is inert. */
export function BrandingPreview(properties: Properties) {
  const styles = useStyles()
  return (
    <div className={styles.both}>
      <Card scheme="light" {...properties} />
      <Card scheme="dark" {...properties} />
    </div>
  )
}

function Card({ scheme, name, accentColour, logo }: Properties & { scheme: Scheme }) {
  const styles = useStyles()
  const { card, ground, ink, quiet, line } = SURFACES[scheme]
  const parsed = AccentColour.safeParse(accentColour)
  const accent = accentColours(parsed.success ? parsed.data : OWN[scheme], scheme)
  return (
    <figure className={styles.ground} style={{ backgroundColor: ground, color: quiet }}>
      <div className={styles.card} style={{ backgroundColor: card, borderColor: line, color: ink }}>
        {logo && (
          <img
            className={styles.logo}
            src={logo}
            alt=""
            style={scheme === 'dark' ? { backgroundColor: '#ffffff' } : {}}
          />
        )}
        <span style={{ color: quiet }}>{name}</span>
        <strong className={styles.title}>Choose your organisation</strong>
        <div className={styles.buttons}>
          <span
            className={styles.button}
            style={{ backgroundColor: accent.fill, color: accent.onFill, borderColor: accent.ink }}
          >
            Continue
          </span>
          <span className={styles.button} style={{ color: accent.ink, borderColor: accent.ink }}>
            Back to the app
          </span>
        </div>
      </div>
      <figcaption className={styles.caption}>{scheme === 'light' ? 'Light' : 'Dark'}</figcaption>
    </figure>
  )
}
