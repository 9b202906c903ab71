/** One simple shape and one colour per kind of part. The shapes are 16 × 16. */
import type { Kind } from "./kinds.ts";

interface Style {
  /** Colour of the border and the icon, in a light and in a dark page. */
  readonly light: string;
  readonly dark: string;
  readonly icon: string;
}

export const STYLES: Readonly<Record<Kind, Style>> = {
  people: {
    light: "#57606a",
    dark: "#9aa4af",
    icon: '<path d="M8 1.5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM2 14.5a6 5 0 0 1 12 0z" class="o"/>',
  },
  api: {
    light: "#7c3aed",
    dark: "#b794f6",
    icon: '<path d="M5 3 1 8l4 5M11 3l4 5-4 5M9.5 3l-3 10" class="o"/>',
  },
  function: { light: "#c2570c", dark: "#f5a05c", icon: '<path d="M3 2h3l4.5 12H14M7.5 7 3 14" class="o"/>' },
  table: {
    light: "#1d63c9",
    dark: "#79b0ff",
    icon: '<path d="M2 3h12v10H2zM2 6.5h12M2 9.7h12M6.5 6.5V13" class="o"/>',
  },
  database: {
    light: "#1d63c9",
    dark: "#79b0ff",
    icon: '<path d="M2.5 4v8c0 3 11 3 11 0V4M2.5 4c0 3 11 3 11 0s-11-3-11 0zM2.5 8c0 3 11 3 11 0" class="o"/>',
  },
  bucket: {
    light: "#2b8a3e",
    dark: "#6fcf85",
    icon: '<path d="M2 3.5 4 14h8l2-10.5M2 3.5c0 2 12 2 12 0s-12-2-12 0z" class="o"/>',
  },
  queue: {
    light: "#c2255c",
    dark: "#f783ac",
    icon: '<path d="M1.5 4v8M5 4h3v8H5zM11 4h3v8h-3z" class="o"/>',
  },
  topic: {
    light: "#c2255c",
    dark: "#f783ac",
    icon: '<path d="M2 6v4l3 .5 7 3.5V2L5 5.5zM5 10.5 6 14h2" class="o"/>',
  },
  bus: { light: "#c2255c", dark: "#f783ac", icon: '<path d="M1 8h14M4 8V3M8 8v5M12 8V3" class="o"/>' },
  workflow: {
    light: "#0b7285",
    dark: "#66d9e8",
    icon: '<path d="M5 1.5h6v4H5zM1 10.5h5v4H1zM10 10.5h5v4h-5zM8 5.5 3.5 10.5M8 5.5l4.5 5" class="o"/>',
  },
  schedule: {
    light: "#0b7285",
    dark: "#66d9e8",
    icon: '<path d="M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM8 4v4.5l3 2" class="o"/>',
  },
  users: {
    light: "#a61e4d",
    dark: "#faa2c1",
    icon: '<path d="M4 7.5h8v7H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5" class="o"/>',
  },
  email: {
    light: "#57606a",
    dark: "#9aa4af",
    icon: '<path d="M1.5 3.5h13v9h-13zM1.5 4 8 9l6.5-5" class="o"/>',
  },
  outside: {
    light: "#57606a",
    dark: "#9aa4af",
    icon: '<path d="M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM1.5 8h13M8 1.5c-5 4-5 9 0 13 5-4 5-9 0-13z" class="o"/>',
  },
};
