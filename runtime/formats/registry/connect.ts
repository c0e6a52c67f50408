/** A registry from the options of a FORMAT. */
import type { Secret } from '../../../plan/connectors/secret.js';
import { connectorError } from '../../connectors/messages.js';
import type { Env } from '../../env.js';
import { resolvePath } from '../../paths.js';
import { RegistryClient } from './client.js';
import { registryError } from './messages.js';
import type { SchemaRegistry } from './registry.js';
import type { RegisteredSchemas } from './sink-schema.js';

export interface RegistryFormatOptions {
  readonly registry: string | null;
  readonly registry_user: string | null;
  readonly registry_password: Secret | null;
  readonly registry_ca: string | null;
}

export interface RegistryContext {
  readonly env: Pick<Env, 'clock' | 'random' | 'remote' | 'disk'>;
  /** Relative paths are resolved against it. Absolute. */
  readonly workingDirectory: string;
}

/** Null without the option. Nothing is asked yet. Rejects with a diagnostic for an address that can't be. */
export async function connectRegistry(
  options: RegistryFormatOptions,
  { env, workingDirectory }: RegistryContext,
): Promise<SchemaRegistry | null> {
  const { registry, registry_user: user, registry_password: password, registry_ca: path } = options;
  if (registry === null) return null;
  const address = registryAddress(registry);
  const login = user === null || password === null ? null : { user, password };
  let authority: string | null = null;
  if (path !== null) {
    const found = resolvePath(workingDirectory, path);
    try {
      authority = new TextDecoder().decode(await env.disk.read(found));
    } catch (error) {
      const hint = 'Correct the path of the certificates.';
      throw connectorError('ESQL8400', { path }, { place: found, cause: error, hint });
    }
  }
  return new RegistryClient(env, { address, login, authority });
}

/** The same for a sink, with what its options say of its own schema. Empty without the option. */
export async function registeredSchemas(
  options: RegistryFormatOptions & Pick<RegisteredSchemas, 'subject' | 'register'>,
  context: RegistryContext,
): Promise<{ readonly registered?: RegisteredSchemas }> {
  const registry = await connectRegistry(options, context);
  const { subject, register } = options;
  return registry === null ? {} : { registered: { registry, subject, register } };
}

const ADDRESS = /^https?:\/\/[A-Za-z0-9.\-_[\]:]+(?:\/[A-Za-z0-9.\-_~/%]*)?$/u;

/** Without slashes at its end. A login in the address is refused, because addresses are shown. */
function registryAddress(text: string): string {
  if (ADDRESS.test(text) && URL.canParse(text)) return text.replace(/\/+$/u, '');
  const found = text.includes('@') ? 'an address with a login' : `\`${text.slice(0, 60).replace(/[^ -~]/gu, '·')}\``;
  throw registryError(
    'ESQL8654',
    { option: 'registry', expected: "an address such as 'https://registry:8081'", found },
    { hint: 'A login is given as `registry_user` and `registry_password`.' },
  );
}
