import parser, { type SyntaxNode } from 'nunjucks/src/parser.js';

/** The customer's attributes that a template names, such as `first_name` of `customer.first_name`. */
export function attributesOf(source: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (isNode(value)) {
      const attribute = attributeOf(value);
      if (attribute !== undefined) found.add(attribute);
      Object.values(value).forEach(visit);
    }
  };
  visit(parser.parse(source));
  return found;
}

function attributeOf(node: SyntaxNode): string | undefined {
  const { target, val } = node;
  if (node.typename !== 'LookupVal' || !isNode(target) || !isNode(val)) return undefined;
  const ofCustomer = target.typename === 'Symbol' && target['value'] === 'customer';
  return ofCustomer && val.typename === 'Literal' && typeof val['value'] === 'string'
    ? val['value']
    : undefined;
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'typename' in value;
}
