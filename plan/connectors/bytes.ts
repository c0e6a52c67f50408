import type { ConnectorDescriptor, ConnectorRole } from './descriptor.js';

/** Whether rows of the role are bytes in a FORMAT. */
export function isOfBytes(descriptor: ConnectorDescriptor, role: ConnectorRole): boolean {
  switch (role) {
    case 'source':
      return descriptor.source?.produces === 'bytes';
    case 'sink':
      return descriptor.sink?.accepts === 'bytes';
    case 'table':
      return descriptor.table?.produces === 'bytes';
  }
}
