const SQUARES = [
  { x: 1, y: 1, fill: '#f25022' },
  { x: 11, y: 1, fill: '#7fba00' },
  { x: 1, y: 11, fill: '#00a4ef' },
  { x: 11, y: 11, fill: '#ffb900' },
]

/** As Microsoft's branding guidelines for sign-in buttons draw it. */
export function MicrosoftLogo() {
  return (
    <svg width="21" height="21" viewBox="0 0 21 21" aria-hidden="true" focusable="false">
      {SQUARES.map((square) => (
        <rect key={square.fill} width="9" height="9" {...square} />
      ))}
    </svg>
  )
}
