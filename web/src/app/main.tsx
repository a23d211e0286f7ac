import "@mantine/core/styles/default-css-variables.css";
import "./theme.css";
import { MantineProvider } from "@mantine/core";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Provider } from "urql";
import { client } from "./client.ts";
import { colourSchemes, theme } from "./theme.ts";
import { router } from "./router.tsx";

const root = document.querySelector("#root");
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        colorSchemeManager={colourSchemes}
        defaultColorScheme="auto"
        // Both would be <style> elements, which the page's policy forbids: theme.css says the same.
        withCssVariables={false}
        withGlobalClasses={false}
      >
        <Provider value={client}>
          <RouterProvider router={router} />
        </Provider>
      </MantineProvider>
    </StrictMode>,
  );
