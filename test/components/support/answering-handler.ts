/** The smallest handler, for tests of components that need a function. */
export const handler = async (): Promise<{ statusCode: number }> => ({ statusCode: 204 });
