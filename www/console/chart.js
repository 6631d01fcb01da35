//! Draws lines over days with uPlot: what the console's `Chart` asks for. It colours itself by the style sheet's
//! `--chart-1` and on, and again when the scheme changes; it fills its host's width.
import Plot from "uplot";

/** `series`: `[{label, values}]`; `days`: seconds since 1970, one for each value. Returns a function that ends it. */
export function draw(host, days, series) {
  const { data, names, day } = JSON.parse(series);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  let plot = null;
  const make = () => {
    plot?.destroy();
    const style = getComputedStyle(host);
    const colour = (name) => style.getPropertyValue(name).trim();
    const axis = {
      stroke: colour("--soft"),
      font: "13px system-ui, sans-serif",
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { show: false },
    };
    const settings = {
      width: Math.max(host.clientWidth, 200),
      height: 260,
      legend: { live: true },
      cursor: { y: false, drag: { x: false, y: false } },
      scales: { y: { range: (_, least, most) => [0, Math.max(most, 4)] } },
      axes: [
        { ...axis, values: (_, at) => at.map((one) => DAY.format(one * 1000)), space: 70 },
        { ...axis, size: 52, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6], values: (_, all) => all.map((one) => NUMBER.format(one)) },
      ],
      series: [
        { value: (_, at) => DAY.format((at ?? days.at(-1)) * 1000), label: day },
        ...names.map((label, at) => ({
          label,
          stroke: colour(`--chart-${at + 1}`),
          fill: colour(`--chart-${at + 1}-fill`) || undefined,
          width: 2,
          dash: [[], [6, 4], [2, 3]][at % 3],
          points: { show: days.length < 10 },
          value: (_, value) => NUMBER.format(value ?? data[at].at(-1) ?? 0),
        })),
      ],
    };
    plot = new Plot(settings, [Array.from(days), ...data], host);
  };
  const DAY = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", timeZone: "UTC" });
  const NUMBER = new Intl.NumberFormat();
  make();
  const resized = new ResizeObserver(() => plot.setSize({ width: Math.max(host.clientWidth, 200), height: 260 }));
  resized.observe(host);
  scheme.addEventListener("change", make);
  return () => {
    resized.disconnect();
    scheme.removeEventListener("change", make);
    plot.destroy();
  };
}
