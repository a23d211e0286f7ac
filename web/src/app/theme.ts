import { createTheme, localStorageColorSchemeManager } from "@mantine/core";

/** What Mantine's parts need to know besides the variables of theme.css. */
export const theme = createTheme({ cursorType: "pointer", respectReducedMotion: true });

/** Light, dark or as the system has it; the same key is read by public/assets/scheme.js before the first paint. */
export const colourSchemes = localStorageColorSchemeManager({ key: "heddle-colour-scheme" });
