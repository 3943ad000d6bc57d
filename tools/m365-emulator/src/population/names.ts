/** Common names by locale: enough to make a large directory look alive, few enough that people share names. */
export type Locale = {
  given: readonly string[]
  surnames: readonly string[]
  country: string
  usageLocation: string
  cities: readonly string[]
  /** Formats of phone numbers; every `#` becomes a digit. */
  phones: readonly string[]
  /** Whether the surname comes first. */
  surnameFirst?: boolean
}

const words = (text: string) => text.trim().split(/\s+/)

export const LOCALES = {
  'en-US': {
    given: words(
      'James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph Jessica Thomas Karen Aaliyah Mateo',
    ),
    surnames: words(
      "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Wilson Anderson O'Brien Nguyen Lee Washington",
    ),
    country: 'United States',
    usageLocation: 'US',
    cities: ['Seattle', 'Chicago', 'Atlanta', 'Denver'],
    phones: ['+1 425 555 ####', '(425) 555-####', '425555####', '425.555.####', '+1 425-555-#### x###'],
  },
  'de-DE': {
    given: words(
      'Anna Lukas Lena Maximilian Sophie Jonas Marie Felix Laura Paul Jürgen Käthe Björn Jörg Hannelore Wolfgang Ayşe Mehmet Günther Ute',
    ),
    surnames: words(
      'Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Weiß Öztürk Groß Jäger',
    ),
    country: 'Germany',
    usageLocation: 'DE',
    cities: ['Berlin', 'München', 'Köln', 'Hamburg'],
    phones: ['+49 30 ########', '030/######', '+49 (0)89 ######-##', '0049 221 #######', '+4940######'],
  },
  'fr-FR': {
    given: words(
      'Camille Louis Léa Gabriel Chloé Raphaël Manon Hugo Inès Jules Zoé François Hélène Benoît Aurélie Jérôme Noëlle Théo Karim Fatima',
    ),
    surnames: words(
      'Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Lefèvre Girard Benoît Chevalier Mercier Haddad Gauthier Perrin',
    ),
    country: 'France',
    usageLocation: 'FR',
    cities: ['Paris', 'Lyon', 'Lille', 'Nantes'],
    phones: ['+33 1 ## ## ## ##', '01 ## ## ## ##', '01.##.##.##.##', '00331########'],
  },
  'es-ES': {
    given: words(
      'Lucía Hugo Martín Sofía Daniel María Pablo Julia Álvaro Paula Adrián Carmen José Begoña Iñaki Nuria Andrés Rocío Óscar Pilar',
    ),
    surnames: words(
      'García Fernández González Rodríguez López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández Díaz Moreno Muñoz Álvarez Núñez',
    ),
    country: 'Spain',
    usageLocation: 'ES',
    cities: ['Madrid', 'Valencia', 'Sevilla', 'Bilbao'],
    phones: ['+34 910 ## ## ##', '91#######', '91 ### ## ##'],
  },
  'pl-PL': {
    given: words(
      'Zuzanna Antoni Julia Jan Maja Aleksander Zofia Franciszek Łukasz Małgorzata Paweł Agnieszka Krzysztof Katarzyna Michał Bożena Wojciech Grażyna',
    ),
    surnames: words(
      'Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski Mazur Król',
    ),
    country: 'Poland',
    usageLocation: 'PL',
    cities: ['Warszawa', 'Kraków', 'Łódź', 'Gdańsk'],
    phones: ['+48 22 ### ## ##', '22 #######', '(+48) 500-###-###'],
  },
  'ja-JP': {
    given: words('Haruto Yui Sota Hina Yuto Sakura Ren Aoi Kaito Mei Riku Akari Takumi Yuki Daiki Misaki'),
    surnames: words(
      'Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Kato Yoshida Yamada Sasaki Yamaguchi',
    ),
    country: 'Japan',
    usageLocation: 'JP',
    cities: ['Tokyo', 'Osaka', 'Nagoya', 'Fukuoka'],
    phones: ['+81 34555####', '03-####-####', '+81-3-####-####'],
    surnameFirst: true,
  },
} as const satisfies Record<string, Locale>

export type LocaleName = keyof typeof LOCALES
export const LOCALE_NAMES = Object.keys(LOCALES) as [LocaleName, ...LocaleName[]]

const SPELT_OUT: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss', ł: 'l', ı: 'i' }

/** For user principal names, which allow no accents. */
export function withoutAccents(name: string): string {
  return name
    .toLowerCase()
    .replace(/[äöüßłı]/g, (letter) => SPELT_OUT[letter] ?? letter)
    .normalize('NFD')
    .replace(/[^a-z0-9]/g, '')
}
