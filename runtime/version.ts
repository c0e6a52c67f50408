/** Version of the engine, as package.json has it: intents and checkpoints record who wrote them. */
export const ENGINE_VERSION = '0.1.0';
