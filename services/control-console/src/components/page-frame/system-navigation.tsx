import { Caption1Strong, makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import {
  ColorRegular,
  PeopleRegular,
  PhoneRegular,
  PlugConnectedRegular,
  ShieldPersonRegular,
} from '@fluentui/react-icons'
import { NavLink } from 'react-router'

const useStyles = makeStyles({
  navigation: { width: '210px', flexShrink: 0, '@media (max-width: 800px)': { width: '100%' } },
  heading: { display: 'block', padding: tokens.spacingHorizontalM, color: tokens.colorNeutralForeground3 },
  list: {
    listStyleType: 'none',
    margin: 0,
    padding: 0,
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXXS,
  },
  link: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    padding: tokens.spacingHorizontalM,
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground1,
    textDecorationLine: 'none',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
  },
  current: {
    backgroundColor: tokens.colorNeutralBackground1,
    fontWeight: tokens.fontWeightSemibold,
    boxShadow: tokens.shadow2,
  },
})

const PLACES = [
  { to: 'microsoft-365', label: 'Microsoft 365', Icon: PlugConnectedRegular },
  { to: 'users', label: 'Users', Icon: PeopleRegular },
  { to: 'phone-systems', label: 'Phone systems', Icon: PhoneRegular },
  { to: 'administrators', label: 'Administrators', Icon: ShieldPersonRegular },
  { to: 'branding', label: 'Branding', Icon: ColorRegular },
] as const

export function SystemNavigation() {
  const styles = useStyles()
  return (
    <nav className={styles.navigation} aria-label="System">
      <Caption1Strong className={styles.heading} aria-hidden>
        System
      </Caption1Strong>
      <ul className={styles.list}>
        {PLACES.map(({ to, label, Icon }) => (
          <li key={to}>
            <NavLink to={to} className={({ isActive }) => mergeClasses(styles.link, isActive && styles.current)}>
              <Icon aria-hidden />
              {label}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  )
}
