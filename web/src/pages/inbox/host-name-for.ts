/** A name for the machine that fits the rules for names: made of its product, or `edge`, and the end of its MAC address. */
export function hostNameFor(told: Readonly<Record<string, string>>): string {
  const product = (told['product'] ?? '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '')
  const end = (told['mac'] ?? told['serial'] ?? told['uuid'] ?? '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
    .slice(-6)
  return [product || 'edge', end].filter((part) => part !== '').join('-')
}
