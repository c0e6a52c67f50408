/** Options of the formats whose schemas are kept by a registry (Confluent's API, which others speak, too). */
import type { OptionRules, OptionSpecs } from '../connectors/descriptor.js';

export const registryOptions = {
  registry: {
    type: { kind: 'text', secret: false },
    required: false,
    fallback: null,
    roles: ['source', 'sink'],
    doc: "Address of a schema registry: `'https://registry:8081'`. Records then begin with the id of their schema.",
  },
  registry_user: {
    type: { kind: 'text', secret: false },
    required: false,
    fallback: null,
    roles: ['source', 'sink'],
    doc: 'Name for the login at the registry (an API key).',
  },
  registry_password: {
    type: { kind: 'text', secret: true },
    required: false,
    fallback: null,
    roles: ['source', 'sink'],
    doc: 'Password for the login at the registry.',
  },
  registry_ca: {
    type: { kind: 'path' },
    required: false,
    fallback: null,
    roles: ['source', 'sink'],
    doc: 'Certificates (PEM) to trust instead of those of the system when the registry is asked.',
  },
  subject: {
    type: { kind: 'text', secret: false },
    required: false,
    fallback: null,
    roles: ['sink'],
    doc: 'The name that the schema is registered under; without it `<topic>-value`.',
  },
  register: {
    type: { kind: 'boolean' },
    required: false,
    fallback: 'true',
    roles: ['sink'],
    doc: 'Whether a schema that the registry does not have yet is registered; otherwise the job does not start.',
  },
} as const satisfies OptionSpecs;

export const registryRules = {
  needs: {
    registry_user: ['registry', 'registry_password'],
    registry_password: ['registry', 'registry_user'],
    registry_ca: ['registry'],
    subject: ['registry'],
  },
} as const satisfies OptionRules;
