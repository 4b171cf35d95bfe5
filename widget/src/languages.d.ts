/** Made by build.mjs from strings/: every language but English, by its code. */
declare module "languages" {
  const languages: Record<string, import("./strings").Seed & { hash: string }>;
  export default languages;
}
