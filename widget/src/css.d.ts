/** Style sheets are imported as text and adopted by the shadow root: see build.mjs. */
declare module "*.css" {
  const text: string;
  export default text;
}
