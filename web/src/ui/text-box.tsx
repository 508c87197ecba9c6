import type { RefObject } from 'react'

interface TextBoxProps {
  readonly label: string
  readonly children: string
  readonly boxRef?: RefObject<HTMLElement | null>
}

/** Text as machines write it, in a box that scrolls. */
export function TextBox({ label, children, boxRef }: TextBoxProps) {
  return (
    // What scrolls has to be reached by keyboard (WCAG 2.2 §2.1.1).
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section ref={boxRef} className="text-box" tabIndex={0} aria-label={label}>
      {children}
    </section>
  )
}
