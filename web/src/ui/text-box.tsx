import type { RefObject } from 'react'

interface TextBoxProps {
  readonly label: string
  readonly children: string
  readonly boxRef?: RefObject<HTMLElement | null>
  readonly onScroll?: (box: HTMLElement) => void
}

/** Text as machines write it, in a box that scrolls. */
export function TextBox({ label, children, boxRef, onScroll }: TextBoxProps) {
  return (
    <section
      ref={boxRef}
      className="text-box"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard (WCAG 2.2 §2.1.1)
      tabIndex={0}
      aria-label={label}
      onScroll={(event) => onScroll?.(event.currentTarget)}
    >
      {children}
    </section>
  )
}
