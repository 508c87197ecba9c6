const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const FIFTY_YEARS_MS = 50 * 365.25 * 86_400_000

/** IMF-fixdate (RFC 9110 §5.6.7) of epoch milliseconds; parts of a second are dropped. */
export function renderHttpDate(epochMs: number): string {
  return new Date(epochMs).toUTCString()
}

const TIME = '([0-9]{2}):([0-9]{2}):([0-9]{2})'
const IMF_FIXDATE = new RegExp(`^[A-Z][a-z]{2}, ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ${TIME} GMT$`)
const RFC_850 = new RegExp(`^[A-Z][a-z]{5,8}, ([0-9]{2})-([A-Z][a-z]{2})-([0-9]{2}) ${TIME} GMT$`)
const ASCTIME = new RegExp(`^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([0-9]{2}| [0-9]) ${TIME} ([0-9]{4})$`)

/**
 * Epoch milliseconds of an HTTP date in any of its three forms (RFC 9110 §5.6.7), `undefined` for anything else.
 * `nowMs` settles the century of the two-digit form. The name of the weekday is not checked.
 */
export function parseHttpDate(text: string, nowMs: number): number | undefined {
  const imf = IMF_FIXDATE.exec(text)
  if (imf) return instant(imf[3], imf[2], imf[1], imf.slice(4, 7))
  const asctime = ASCTIME.exec(text)
  if (asctime) return instant(asctime[6], asctime[1], asctime[2], asctime.slice(3, 6))
  const rfc850 = RFC_850.exec(text)
  if (!rfc850) return undefined
  const century = Math.floor(new Date(nowMs).getUTCFullYear() / 100) * 100
  const year = century + Number(rfc850[3])
  const date = instant(String(year), rfc850[2], rfc850[1], rfc850.slice(4, 7))
  if (date === undefined || date <= nowMs + FIFTY_YEARS_MS) return date
  return instant(String(year - 100), rfc850[2], rfc850[1], rfc850.slice(4, 7))
}

function instant(
  year: string | undefined,
  monthName: string | undefined,
  day: string | undefined,
  time: readonly string[],
): number | undefined {
  const month = MONTHS.indexOf(monthName ?? '')
  const [hours = 0, minutes = 0, seconds = 0] = time.map(Number)
  // A leap second (60) is allowed and becomes the next minute.
  if (month < 0 || hours > 23 || minutes > 59 || seconds > 60) return undefined
  const date = new Date(0)
  date.setUTCFullYear(Number(year), month, Number(day))
  if (date.getUTCMonth() !== month || date.getUTCDate() !== Number(day)) return undefined
  return date.setUTCHours(hours, minutes, seconds, 0)
}
