//! The shop of the dumps: its apps, products, currencies and customers. All of it is fixed, so that dumps of
//! different seeds are about the same shop.

/// A currency of the shop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Currency {
    /// ISO 4217 alphabetic code.
    pub(crate) code: &'static str,
    /// Decimals of its minor unit, by ISO 4217.
    pub(crate) decimals: usize,
    /// How many of its minor units make one cent of a real, as a fraction. Made up; only the magnitude is realistic.
    pub(crate) per_cent: (i64, i64),
}

const fn currency(code: &'static str, decimals: usize, times: i64, by: i64) -> Currency {
    Currency {
        code,
        decimals,
        per_cent: (times, by),
    }
}

/// Every currency of the dumps: five active ones, then two retired ones.
pub(crate) const CURRENCIES: [Currency; 7] = [
    currency("BRL", 2, 1, 1),
    currency("USD", 2, 1, 5),
    currency("EUR", 2, 1, 6),
    currency("JPY", 0, 3, 10),
    currency("KWD", 3, 3, 5),
    currency("HRK", 2, 6, 5),
    currency("LTL", 2, 1, 2),
];

/// Position of the Brazilian real in [`CURRENCIES`].
pub(crate) const BRL: usize = 0;
/// Position of the yen, which has no minor unit.
pub(crate) const JPY: usize = 3;
/// Positions of the retired currencies.
pub(crate) const RETIRED: [usize; 2] = [5, 6];
/// The number of purchases paid in each of the first five, of 100.
pub(crate) const CURRENCY_SHARES: [u64; 5] = [70, 12, 8, 6, 4];

/// The shop's apps. The first is that of the documented example.
pub(crate) const APPS: [&str; 4] = [
    "11ae5b4b-2445-4440-a04f-bf537764c9ad",
    "6c0d1e5a-7b1f-4d0e-9a53-0d7a5e0f2b11",
    "b2f7c9d4-3e60-4a8c-8f1d-92c4a7e65d30",
    "e9a41f08-55cb-49f2-b6a7-1c3d8e7f9042",
];

/// UTC offsets in minutes, with their number in 100 records.
pub(crate) const OFFSETS: [(i64, u64); 6] =
    [(-180, 60), (0, 20), (60, 11), (-300, 4), (540, 3), (330, 2)];

const NOUNS: [&str; 40] = [
    "Caneca",
    "Mochila",
    "Camiseta",
    "Boné",
    "Tênis",
    "Relógio",
    "Fone de ouvido",
    "Teclado",
    "Mouse",
    "Monitor 27\"",
    "Cadeira",
    "Luminária",
    "Caderno",
    "Caneta",
    "Estojo",
    "Garrafa térmica",
    "Guarda-chuva",
    "Carteira",
    "Cinto",
    "Óculos de sol",
    "Jaqueta",
    "Calça",
    "Meia",
    "Pijama",
    "Toalha",
    "Almofada",
    "Vaso",
    "Panela",
    "Faca",
    "Tábua",
    "Café em grãos",
    "Chá",
    "Chocolate",
    "Azeite",
    "Vinho",
    "Livro",
    "Quebra-cabeça",
    "Jogo de cartas",
    "Skate",
    "Bicicleta",
];

const KINDS: [&str; 10] = [
    "básica",
    "azul",
    "premium",
    "infantil",
    "edição limitada",
    "compacta",
    "dobrável",
    "de viagem",
    "clássica",
    "kit, 3 peças",
];

/// Colours, sizes, sales channels and cities for the properties of a purchase.
pub(crate) const COLOURS: [&str; 8] = [
    "red", "azul", "black", "verde", "branco", "yellow", "cinza", "pink",
];
/// Sizes.
pub(crate) const SIZES: [&str; 6] = ["S", "M", "L", "XL", "38", "42"];
/// Where the sale was made.
pub(crate) const CHANNELS: [&str; 5] = ["web", "ios", "android", "loja", "whatsapp"];
/// Where it was delivered.
pub(crate) const CITIES: [&str; 6] = [
    "São Paulo",
    "Recife",
    "Belém",
    "Lisboa",
    "Porto Alegre",
    "Niterói",
];
/// First names of customers, for mail addresses.
pub(crate) const PEOPLE: [&str; 10] = [
    "ana", "bruno", "carla", "diego", "elisa", "fabio", "gabi", "hugo", "iara", "joao",
];

/// A product and its usual price.
#[derive(Debug)]
pub(crate) struct Product {
    /// `product_id`: its name, as the documents advise.
    pub(crate) name: String,
    /// Usual price in cents of a real.
    pub(crate) cents: i64,
}

/// The 400 products, the most expensive ones last within each noun.
pub(crate) fn products() -> Vec<Product> {
    let mut list = Vec::with_capacity(NOUNS.len() * KINDS.len());
    let mut step: i64 = 7;
    for kind in KINDS {
        for noun in NOUNS {
            // A fixed walk through 9.90 … 899.90, so that prices look like prices.
            step = (step * 31 + 17) % 890;
            list.push(Product {
                name: format!("{noun} {kind}"),
                cents: (step + 10) * 100 - 10,
            });
        }
    }
    list
}
