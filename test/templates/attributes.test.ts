import { attributesOf } from '../../templates/attributes.ts';

describe('the attributes that a template names', () => {
  it.each<[string, readonly string[]]>([
    ['Hello!', []],
    ["Hi {{ customer.first_name | default('you') }}", ['first_name']],
    ["{{ customer['shoe size'] }} {{ customer.address.city }}", ['shoe size', 'address']],
    [
      '{% if customer.vip and not customer.muted %}{{ customer.name | upper }}{% endif %}',
      ['vip', 'muted', 'name'],
    ],
    ['{% for tag in customer.tags %}{{ tag.label }}{% endfor %}', ['tags']],
    ['{% set total = customer.points * 2 %}{{ total }}', ['points']],
    ['{{ scenario.name }} {{ action.id }} {{ project.customer }}', []],
    ['{{ customer[scenario.name] }}', []],
  ])('of %s are %j', (source, expected) => {
    expect([...attributesOf(source)].sort()).toEqual([...expected].sort());
  });
});
