/** The little XML the blob host speaks: written from plain values, read by element name. */

export type XmlContent = string | readonly XmlNode[];
export interface XmlNode {
  readonly name: string;
  readonly content: XmlContent;
  readonly attributes?: Readonly<Record<string, string>>;
}

export function element(name: string, content: XmlContent, attributes?: Readonly<Record<string, string>>): XmlNode {
  return attributes === undefined ? { name, content } : { name, content, attributes };
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export function escapeXml(value: string): string {
  return value.replace(/[&<>"]/gu, (character) => ESCAPES[character] ?? character);
}

function render(node: XmlNode): string {
  const attributes = Object.entries(node.attributes ?? {})
    .map(([name, value]) => ` ${name}="${escapeXml(value)}"`)
    .join('');
  const content = typeof node.content === 'string' ? escapeXml(node.content) : node.content.map(render).join('');
  return content === '' ? `<${node.name}${attributes} />` : `<${node.name}${attributes}>${content}</${node.name}>`;
}

/** With the byte order mark that the service puts before every document. */
export function document(root: XmlNode): Buffer {
  return Buffer.from(`\ufeff<?xml version="1.0" encoding="utf-8"?>${render(root)}`, 'utf8');
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Elements without children, in order: enough for a block list and for a key's validity. */
export function leaves(xml: string): readonly { readonly name: string; readonly text: string }[] {
  return [...xml.matchAll(/<([A-Za-z]+)>([^<]*)<\/\1>/gu)].map((match) => ({
    name: match[1] ?? '',
    text: (match[2] ?? '').trim().replace(/&([a-z]+);/gu, (whole, name: string) => ENTITIES[name] ?? whole),
  }));
}
