import 'uplot/dist/uPlot.min.css'
import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'
import UPlot from 'uplot'

interface TimeChartProps {
  /** What it shows, for those who cannot see it: with the figures that matter. */
  readonly description: string
  /** Seconds since the epoch, and the values. */
  readonly data: [number[], number[]]
  readonly inWords: (value: number) => string
  /** The axis reaches at least so far. */
  readonly atLeast: number
}

const HEIGHT = 220
/** Seconds that are shown at least. */
const LEAST_SECONDS = 600
/** Pixels for the words beside the axis. */
const AXIS_WIDTH = 84

/** A line over time that grows to the right. */
export function TimeChart(props: TimeChartProps) {
  // Colours are read from the page once, so another scheme means another chart.
  return <Plot key={useComputedColorScheme('light')} {...props} />
}

function Plot({ description, data, inWords, atLeast }: TimeChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<UPlot>(undefined)
  const newest = useRef(data)
  newest.current = data
  useEffect(() => {
    const element = box.current
    if (!element) return
    const plot = new UPlot(optionsOf(element, inWords, atLeast), newest.current, element)
    chart.current = plot
    const watcher = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }))
    watcher.observe(element)
    return () => {
      watcher.disconnect()
      plot.destroy()
    }
  }, [inWords, atLeast])
  useEffect(() => chart.current?.setData(data), [data])
  return <div ref={box} role="img" aria-label={description} style={{ height: HEIGHT }} />
}

function optionsOf(element: HTMLElement, inWords: (value: number) => string, atLeast: number): UPlot.Options {
  const style = getComputedStyle(element)
  const color = (name: string): string => style.getPropertyValue(name).trim()
  const [ink, grid] = [color('--mantine-color-text'), color('--mantine-color-default-border')]
  const line = color('--mantine-primary-color-filled')
  const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } }
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      // A server that was just started has little to show; its first minutes are not stretched over the whole width.
      x: { range: (_plot, first, last) => [Math.min(first, last - LEAST_SECONDS), last] },
      y: { range: (_plot, _low, high) => [0, Math.max(atLeast, high * 1.1)] },
    },
    axes: [axis, { ...axis, size: AXIS_WIDTH, values: (_plot, ticks) => ticks.map(inWords) }],
    series: [{}, { stroke: line, width: 2, fill: `color-mix(in srgb, ${line} 15%, transparent)` }],
  }
}
