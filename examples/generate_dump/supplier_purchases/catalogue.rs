//! The suppliers, carriers, currencies and notes of the generated shop. All of it is fixed and made up.

/// A currency that suppliers bill in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Currency {
    /// ISO 4217 alphabetic code.
    pub(super) code: &'static str,
    /// Decimals of its minor unit, by ISO 4217.
    pub(super) decimals: usize,
}

/// Every currency of the dumps, the most common one first.
pub(super) const CURRENCIES: [Currency; 3] = [
    Currency {
        code: "BRL",
        decimals: 2,
    },
    Currency {
        code: "USD",
        decimals: 2,
    },
    Currency {
        code: "JPY",
        decimals: 0,
    },
];
/// The number of purchases billed in each, of 100.
pub(super) const CURRENCY_SHARES: [u64; 3] = [92, 6, 2];

const TRADES: [&str; 20] = [
    "Moinho",
    "Laticínios",
    "Torrefação",
    "Embalagens",
    "Papelaria",
    "Frigorífico",
    "Cerâmica",
    "Destilaria",
    "Granja",
    "Padaria",
    "Química",
    "Tecidos",
    "Móveis",
    "Ferragens",
    "Gráfica",
    "Apiário",
    "Vinícola",
    "Salina",
    "Usina",
    "Olaria",
];
const PLACES: [&str; 15] = [
    "da Serra",
    "do Vale",
    "Ipê",
    "Jacarandá",
    "Três Rios",
    "São João",
    "Boa Vista",
    "Água Clara",
    "do Norte",
    "Bela \"Flor\"",
    "Pão & Cia",
    "Ouro; Prata",
    "Maçã Verde",
    "Caiçara",
    "Estação",
];

/// The name of a supplier. Every fourth one has been renamed: later purchases from it have the new name.
pub(super) fn supplier_name(supplier: u64, renamed: bool) -> String {
    let at = |list: &[&'static str], number: u64| {
        let length = u64::try_from(list.len()).expect("a length fits 64 bits");
        list[usize::try_from(number % length).expect("smaller than the length")]
    };
    let (trade, place) = (at(&TRADES, supplier), at(&PLACES, supplier / 20));
    if renamed && supplier.is_multiple_of(4) {
        format!("{trade} {place} {supplier} S.A.")
    } else {
        format!("{trade} {place} {supplier} Ltda")
    }
}

/// Carriers; their id is the position and one.
pub(super) const CARRIERS: [&str; 8] = [
    "Transportes Andorinha",
    "Rápido Capivara",
    "Expresso Ipê",
    "Logística Três Rios",
    "Frete & Cia",
    "Carga; Rápida",
    "Entregas São João",
    "Veloz \"24h\"",
];

/// Notes as users write them: line ends, quotes, delimiters, formulas, emoji. They differ even without their emoji.
pub(super) const NOTES: [&str; 16] = [
    "Entregar pela manhã",
    "Pedido parcial\nresto na próxima semana",
    "Conferir \"lote 7\"; falta nota",
    "=SOMA(A1:A9)",
    "+55 11 5550-0100",
    "@fornecedor confirmar",
    "-10% combinado por telefone",
    "Caixas amassadas 📦😞",
    "1ª linha\n2ª linha\n\n4ª linha; \"fim\"",
    "Atenção: validade 31/12",
    "Preço negociado: R$ 1.234,56",
    " com espaços em volta ",
    "a,b;c|d\te",
    "🎉 promoção de aniversário",
    "não receber sem agendar",
    "null",
];
