import type { ConnectorDescriptor, SinkTraits } from './descriptor.js';
import type { OptionValues } from '../plan.js';
import { optionTexts } from './options.js';

/** What a sink promises with these options; null for a connector that has no sink. */
export function sinkTraits(connector: ConnectorDescriptor, options: OptionValues): SinkTraits | null {
  const traits = connector.sink;
  return traits?.variant === undefined ? traits : { ...traits, ...traits.variant(optionTexts(options)) };
}
